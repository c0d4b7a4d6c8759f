export { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';
export { NO_JSON, ODD_JSON } from './json-texts.ts';
export { NAUGHTY_STRINGS } from './naughty-strings.ts';
export { type CallableProcedure, callRest, callTrpc, listCallableProcedures } from './procedure-calls.ts';
export { exchange, readJsonBody, readStatus, writeRequest } from './raw-http.ts';
export { describeTrpcRefusal, expectRestRefusal, expectTrpcRefusal } from './refusals.ts';
export { type SecondProcess, startSecondProcess } from './second-process.ts';
export { type RunningDocket, type ServerProcess, spawnServer, startDocket } from './server-process.ts';
export {
  type Answer,
  createRequest,
  mintUserIn,
  startTestServer,
  type TestServer,
  type TestUser,
} from './test-server.ts';
export {
  createWireClient,
  makePassword,
  passTime,
  readCookiePair,
  readKeptCookie,
  readStanding,
  refresh,
  signIn,
  signUp,
  type WireAccount,
  type WireClient,
} from './wire-client.ts';
