export { makeMailedLink, readAskedState, rememberChange } from './mailed-link.ts';
export { createTestApi, type TestApi, type TestUser } from './test-api.ts';
