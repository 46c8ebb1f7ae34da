// Plays scenarios with the packages of the folder that it is started in, and answers what was seen on the page. Prints its port.
//
//   cd ../npm/7 && node ../../Browser/serve.mjs
//   curl 127.0.0.1:PORT -d '{"scenario":"send","here":"http://…","there":"http://…","token":"…","chat":"…"}'
import { createServer } from 'node:http';
import { register } from 'node:module';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

register('./packages.mjs', import.meta.url, { data: { folder: `${pathToFileURL(process.cwd())}/` } });
const { leaveAll } = await import('./page.mjs');
const scenarios = {
  ...await import('./sending.mjs'),
  ...await import('./reconnecting.mjs'),
  ...await import('./stopping.mjs'),
  ...await import('./failing.mjs'),
  ...await import('./changing.mjs'),
};

const server = createServer(async (request, response) => {
  try {
    const { scenario, ...at } = await json(request);
    response.end(JSON.stringify(await scenarios[scenario](at)));
  } catch (error) {
    response.writeHead(500).end(error.stack);
  } finally {
    leaveAll();
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
