export { createTestApi, type TestApi, type TestUser } from './test-api.ts';
