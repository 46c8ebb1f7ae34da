// Cold start and idle memory: from spawning the process to its first answer, the published binary and the same
// program under JIT in turns, so that a busy machine slows both alike.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -o artifacts/publish
//   dotnet build ChatBot.Functions -c Release
//   node bench/cold-start.mjs [rounds]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const rounds = Number(process.argv[2] ?? 15);
const candidates = {
  'Native AOT': [`${root}artifacts/publish/ChatBot.Functions`],
  JIT: ['dotnet', `${root}ChatBot.Functions/bin/Release/net10.0/ChatBot.Functions.dll`],
};

// Nothing of it is reached: a health check must not wait for a database.
const settings = {
  Database__ConnectionString: 'postgresql://authenticator@127.0.0.1:1/postgres',
  Supabase__Url: 'http://127.0.0.1:1',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  Encryption__Keys__1: Buffer.alloc(32).toString('base64'),
};

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const answers = (port) => new Promise((resolve) => {
  const probe = request({ host: '127.0.0.1', port, path: '/api/health', agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  });
  probe.on('error', () => resolve(false));
  probe.end();
});

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function measure([command, ...args]) {
  const port = await freePort();
  const started = process.hrtime.bigint();
  const child = spawn(command, args, {
    // As the Functions host starts it: no queue is polled.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings, FUNCTIONS_CUSTOMHANDLER_PORT: String(port) },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
    await sleep(1);
  }
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
  await sleep(1000);
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  child.kill('SIGKILL');
  await ended;
  return { milliseconds, megabytes };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const results = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, command] of Object.entries(candidates)) results[name].push(await measure(command));
}
const rows = Object.entries(results).map(([name, runs]) => ({
  program: name,
  'first answer, median ms': Math.round(median(runs.map((run) => run.milliseconds))),
  'slowest ms': Math.round(Math.max(...runs.map((run) => run.milliseconds))),
  'idle resident MB': Math.round(median(runs.map((run) => run.megabytes))),
}));
console.table(rows);
const [aot, jit] = rows.map((row) => row['first answer, median ms']);
console.log(`Native AOT answers ${(jit / aot).toFixed(1)} times as fast after its start as JIT (${rounds} rounds each, in turns).`);
