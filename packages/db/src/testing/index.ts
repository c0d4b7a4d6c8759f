export { type DatabaseDoor, openDatabaseDoor } from './database-door.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
