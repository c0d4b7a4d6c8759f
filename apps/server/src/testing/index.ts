export { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';
export { exchange, readJsonBody, readStatus, writeRequest } from './raw-http.ts';
export { describeTrpcRefusal, expectRestRefusal, expectTrpcRefusal } from './refusals.ts';
export { type RunningDocket, type ServerProcess, spawnServer, startDocket } from './server-process.ts';
export {
  type Answer,
  createRequest,
  mintUserIn,
  startTestServer,
  type TestServer,
  type TestUser,
} from './test-server.ts';
