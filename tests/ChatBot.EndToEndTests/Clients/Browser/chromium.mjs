// Plays scenarios in Chromium, on a page of another origin than the server's, and answers what was seen. Prints its port.
//
//   cd ../npm/browser && CHROMIUM=/usr/bin/chromium node ../../Browser/chromium.mjs
//   curl 127.0.0.1:PORT -d '{"major":7,"scenario":"shown","here":"http://…","token":"…","chat":"…"}'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { wireTo } from './wire.mjs';

const require = createRequire(`${pathToFileURL(process.cwd())}/`);
const { build } = require('esbuild');
const { chromium } = require('playwright-core');
const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const says = (page, text) => page.locator('input').fill(text).then(() => page.keyboard.press('Enter'));
const shows = (page, length) => page.waitForFunction((length) => window.texts.at(-1)?.length >= length, length, { polling: 20 });
const grows = (page, steps) => page.waitForFunction((steps) => window.texts.length > steps, steps, { polling: 20 });
const isReady = (page) => page.locator('output', { hasText: /^ready$/ }).waitFor();

async function hasEnded({ here, token, chat }) {
  const ask = async () => (await fetch(`${here}/api/chats/${chat}/messages`, { headers: { authorization: `Bearer ${token}` } })).json();
  while ((await ask()).items[1].status === 'streaming') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Answers, and what happens while they are shown. */
const whole = 'tokens=150 delay=10ms';
const endless = 'endless delay=20ms';
const scenarios = {
  shown: [whole, () => {}],
  cut: [whole, (page, wire) => wire.cut()],
  away: [whole, async (page, wire, at) => {
    wire.goDown();
    await hasEnded(at);
    wire.comeBack();
  }],
  stop: [endless, (page) => page.getByText('Stop').click()],
  reload: [endless, async (page) => {
    await page.reload();
    await grows(page, 10);
    await page.getByText('Stop').click();
  }],
};

async function play({ major, scenario, here, token, chat }) {
  const wire = await wireTo(here);
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.stack));
    await page.goto(`${origin}/${major}#${new URLSearchParams({ base: wire.address, token, chat })}`);
    const [directive, happens] = scenarios[scenario];
    await says(page, `Go on ${chat}. [[${directive}]]`);
    await shows(page, 100);
    await happens(page, wire, { here, token, chat });
    await isReady(page);
    return await page.evaluate((errors) => ({
      status: document.querySelector('output').textContent,
      error: null,
      errors,
      texts: window.texts,
      messages: [...document.querySelectorAll('article')].map((article) => ({
        id: article.id,
        text: article.querySelector('p')?.textContent ?? '',
        note: article.querySelector('small')?.textContent ?? null,
      })),
    }), errors);
  } finally {
    await context.close();
    wire.end();
  }
}

let launched;
const browser = () => launched ??= chromium.launch({
  executablePath: process.env.CHROMIUM,
  handleSIGTERM: false,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

const bundles = {};
const bundle = (major) => bundles[major] ??= bundled(major);

async function bundled(major) {
  const { outputFiles } = await build({
    entryPoints: [pathOf('./app.mjs')],
    nodePaths: [pathOf(`../npm/${major}/node_modules`)],
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0].text;
}

const server = createServer(async (request, response) => {
  try {
    if (request.method === 'POST') {
      response.end(JSON.stringify(await play(await json(request))));
    } else if (request.url.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript').end(await bundle(request.url.slice(1, -'.js'.length)));
    } else {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(`<div id="chat"></div><script type="module" src="${request.url}.js"></script>`);
    }
  } catch (error) {
    response.writeHead(500).end(error.stack);
  }
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;
console.log(server.address().port);

process.on('SIGTERM', async () => {
  await (await launched)?.close();
  process.exit();
});
