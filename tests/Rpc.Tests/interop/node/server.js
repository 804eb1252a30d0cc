// The interop service on the official Node implementation. Prints its port when it listens; ends with its standard input.
'use strict';
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const file = path.join(__dirname, '../../protos/interop.proto');
const { Interop } = grpc.loadPackageDefinition(loader.loadSync(file, { keepCase: true, longs: String, defaults: false })).rpc.interop;

const why = () => {
  const trailers = new grpc.Metadata();
  trailers.set('x-why', 'because');
  trailers.set('x-why-bin', Buffer.from([0x00, 0xff]));
  return trailers;
};

const server = new grpc.Server();
server.addService(Interop.service, {
  Echo: (call, callback) => callback(null, call.request),
  Count: (call) => {
    const { count = 0, size = 0, fail_after: failAfter } = call.request;
    for (let i = 1; i <= count; i++) {
      call.write({ number: i, data: Buffer.alloc(size) });
      if (failAfter === i) {
        call.emit('error', { code: grpc.status.ABORTED, details: `stopped at ${i}` });
        return;
      }
    }
    call.end();
  },
  Sum: (call, callback) => {
    const sum = { messages: 0, bytes: 0, total: 0 };
    call.on('data', (payload) => {
      sum.messages++;
      sum.bytes += (payload.data || []).length;
      sum.total += Number(payload.number || 0);
    });
    call.on('end', () => callback(null, sum));
  },
  Chat: (call) => {
    call.on('data', (payload) => call.write(payload));
    call.on('end', () => call.end());
  },
  Fail: (call, callback) => callback({ code: call.request.code, details: call.request.detail || '', metadata: why() }),
  Metadata: (call, callback) => {
    const headers = new grpc.Metadata();
    const entries = [];
    for (const key of Object.keys(call.metadata.getMap()).filter((name) => name.startsWith('x-'))) {
      for (const value of call.metadata.get(key)) {
        headers.add(key, value);
        entries.push(`${key}=${Buffer.isBuffer(value) ? value.toString('hex').toUpperCase() : value}`);
      }
    }
    call.sendMetadata(headers);
    const trailers = new grpc.Metadata();
    trailers.set('x-end', 'bye');
    callback(null, { entries: entries.sort() }, trailers);
  },
  Hang: () => {},
  HangAfterOne: (call) => call.write(call.request),
});

server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) { throw error; }
  console.log(port);
});
process.stdin.on('end', () => process.exit(0)).resume();
