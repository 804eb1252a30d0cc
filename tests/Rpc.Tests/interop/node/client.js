// Calls the interop service with the official Node implementation; prints "ok NAME" or "not ok NAME: why", one a line.
// Usage: node client.js HOST:PORT
'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const file = path.join(__dirname, '../../protos/interop.proto');
const definition = loader.loadSync(file, { keepCase: true, longs: String, defaults: true });
const { Interop } = grpc.loadPackageDefinition(definition).rpc.interop;
const address = process.argv[2];
const plain = new Interop(address, grpc.credentials.createInsecure());
const gzip = new Interop(address, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });

const unary = (client, method, request, metadata = new grpc.Metadata(), options = {}) => new Promise((resolve, reject) => {
  let headers;
  const call = client[method](request, metadata, options, (error, reply) => {
    if (error) { reject(error); } else { call.on('status', (status) => resolve({ reply, headers, trailers: status.metadata })); }
  });
  call.on('metadata', (metadata) => { headers = metadata; });
});

const collect = (call) => new Promise((resolve) => {
  const messages = [];
  call.on('data', (message) => messages.push(message));
  call.on('error', () => {});
  call.on('status', (status) => resolve({ messages, error: status.code === 0 ? undefined : status }));
});

const failure = async (promise) => {
  try { await promise; } catch (error) { return error; }
  throw new Error('the call succeeded');
};

const big = Buffer.alloc(3_000_000, 'x');
const noise = require('node:crypto').randomBytes(200_000);

const checks = {
  async unary() {
    const { reply } = await unary(plain, 'Echo', { text: 'héllo', data: noise, number: '9007199254740993' });
    assert.equal(reply.text, 'héllo');
    assert.deepEqual(reply.data, noise);
    assert.equal(reply.number, '9007199254740993');
  },
  async unary_empty_message() { assert.equal((await unary(plain, 'Echo', {})).reply.text, ''); },
  async unary_3_mb() { assert.equal((await unary(plain, 'Echo', { data: big })).reply.data.length, big.length); },
  async unary_100_in_parallel() {
    const replies = await Promise.all(Array.from({ length: 100 }, (_, i) => unary(plain, 'Echo', { number: i })));
    assert.deepEqual(replies.map((r) => Number(r.reply.number)), Array.from({ length: 100 }, (_, i) => i));
  },
  async gzip_unary() { assert.equal((await unary(gzip, 'Echo', { data: big })).reply.data.length, big.length); },
  async gzip_client_streaming() {
    const reply = await new Promise((resolve, reject) => {
      const call = gzip.Sum((error, value) => (error ? reject(error) : resolve(value)));
      for (let i = 0; i < 20; i++) { call.write({ data: Buffer.alloc(10_000), number: i }); }
      call.end();
    });
    assert.deepEqual(reply, { messages: 20, bytes: '200000', total: '190' });
  },
  async server_streaming() {
    const { messages, error } = await collect(plain.Count({ count: 500, size: 1000 }));
    assert.equal(error, undefined);
    assert.deepEqual(messages.map((m) => Number(m.number)), Array.from({ length: 500 }, (_, i) => i + 1));
  },
  async server_streaming_of_nothing() {
    const { messages, error } = await collect(plain.Count({ count: 0 }));
    assert.equal(error, undefined);
    assert.equal(messages.length, 0);
  },
  async server_streaming_that_fails() {
    const { messages, error } = await collect(plain.Count({ count: 10, size: 10, fail_after: 3 }));
    assert.equal(messages.length, 3);
    assert.equal(error.code, grpc.status.ABORTED);
    assert.equal(error.details, 'stopped at 3');
  },
  async client_streaming() {
    const reply = await new Promise((resolve, reject) => {
      const call = plain.Sum((error, value) => (error ? reject(error) : resolve(value)));
      for (let i = 1; i <= 300; i++) { call.write({ data: Buffer.alloc(100), number: i }); }
      call.end();
    });
    assert.deepEqual(reply, { messages: 300, bytes: '30000', total: '45150' });
  },
  async client_streaming_of_nothing() {
    const reply = await new Promise((resolve, reject) => plain.Sum((error, value) => (error ? reject(error) : resolve(value))).end());
    assert.deepEqual(reply, { messages: 0, bytes: '0', total: '0' });
  },
  async bidi_ping_pong() {
    const call = plain.Chat();
    const seen = [];
    await new Promise((resolve, reject) => {
      call.on('data', (message) => {
        seen.push(message.text);
        if (seen.length < 50) { call.write({ text: `m${seen.length}` }); } else { call.end(); }
      });
      call.on('status', (status) => (status.code === 0 ? resolve() : reject(new Error(status.details))));
      call.on('error', reject);
      call.write({ text: 'm0' });
    });
    assert.deepEqual(seen, Array.from({ length: 50 }, (_, i) => `m${i}`));
  },
  async every_status_code() {
    for (let code = 1; code <= 16; code++) {
      const error = await failure(unary(plain, 'Fail', { code, detail: `d${code}` }));
      assert.equal(error.code, code);
      assert.equal(error.details, `d${code}`);
    }
  },
  async status_detail_in_utf8() {
    assert.equal((await failure(unary(plain, 'Fail', { code: 5, detail: 'né 100% ☃\n/' }))).details, 'né 100% ☃\n/');
  },
  async trailers_of_an_error() {
    const error = await failure(unary(plain, 'Fail', { code: 9, detail: '' }));
    assert.deepEqual(error.metadata.get('x-why'), ['because']);
    assert.deepEqual(error.metadata.get('x-why-bin'), [Buffer.from([0, 255])]);
  },
  async metadata_both_ways() {
    const metadata = new grpc.Metadata();
    metadata.set('x-text', 'a b');
    metadata.set('x-data-bin', Buffer.from([1, 2, 0xfe]));
    const { reply, headers, trailers } = await unary(plain, 'Metadata', {}, metadata);
    assert.deepEqual(reply.entries, ['x-data-bin=0102FE', 'x-text=a b']);
    assert.deepEqual(headers.get('x-text'), ['a b']);
    assert.deepEqual(headers.get('x-data-bin'), [Buffer.from([1, 2, 0xfe])]);
    assert.deepEqual(trailers.get('x-end'), ['bye']);
  },
  async repeated_metadata() {
    const metadata = new grpc.Metadata();
    metadata.add('x-data-bin', Buffer.from([1]));
    metadata.add('x-data-bin', Buffer.from([2]));
    const { reply } = await unary(plain, 'Metadata', {}, metadata);
    assert.deepEqual(reply.entries, ['x-data-bin=01', 'x-data-bin=02']);
  },
  async deadline_of_a_unary_call() {
    const error = await failure(unary(plain, 'Hang', { text: 'node-deadline' }, new grpc.Metadata(), { deadline: Date.now() + 200 }));
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async deadline_of_a_stream() {
    const { messages, error } = await collect(plain.HangAfterOne({ text: 'node-deadline-stream' }, { deadline: Date.now() + 2000 }));
    assert.equal(messages.length, 1);
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async cancelling_a_stream() {
    const call = plain.HangAfterOne({ text: 'node-cancel' });
    call.on('data', () => call.cancel());
    const error = await new Promise((resolve) => call.on('error', resolve));
    assert.equal(error.code, grpc.status.CANCELLED);
  },
  async unknown_method() {
    const call = new Promise((resolve, reject) => plain.makeUnaryRequest(
      '/rpc.interop.Interop/Nothing', (v) => v, (v) => v, Buffer.alloc(0), (error, value) => (error ? reject(error) : resolve(value))));
    assert.equal((await failure(call)).code, grpc.status.UNIMPLEMENTED);
  },
  async message_over_the_limit() {
    const error = await failure(unary(plain, 'Echo', { data: Buffer.alloc(5_000_000) }));
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },
  async server_streaming_10_mb_in_64_kb_messages() {
    const { messages, error } = await collect(plain.Count({ count: 160, size: 65536 }));
    assert.equal(error, undefined);
    assert.equal(messages.reduce((sum, m) => sum + m.data.length, 0), 160 * 65536);
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    try { await check(); console.log(`ok ${name}`); } catch (error) { console.log(`not ok ${name}: ${error.message.replaceAll('\n', ' ')}`); }
  }
  process.exit(0);
})();
