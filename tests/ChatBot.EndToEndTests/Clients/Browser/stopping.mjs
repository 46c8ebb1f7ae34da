import { Page } from './page.mjs';
import { connect } from './connect.mjs';
import { wait } from './window.mjs';

const open = ({ here, token, chat }) => new Page({ id: chat, transport: connect(here, () => token).transport });

/** The message is stopped from another instance, so many milliseconds after it was sent. */
async function stopAfter(page, { there, token, chat }, milliseconds, text) {
  const id = crypto.randomUUID();
  await page.does(async ({ sendMessage }) => {
    sendMessage({ id, role: 'user', parts: [{ type: 'text', text }] });
    await (milliseconds instanceof Function ? milliseconds() : wait(milliseconds));
    await connect(there, () => token).stop(chat, id);
  });
}

export async function stopBeforeItArrives(at) {
  const page = open(at);
  for (const milliseconds of [0, 1, 2, 4, 6, 8, 10]) {
    await stopAfter(page, at, milliseconds, `Never mind ${at.chat}. [[tokens=300 delay=20ms]]`);
  }
  const stopped = page.seen();
  await page.says(`And now? ${at.chat} [[tokens=10]]`);
  return { stopped, after: page.seen() };
}

export async function stop(at) {
  const page = open(at);
  await stopAfter(page, at, () => page.shows(100), `Go on ${at.chat}. [[tokens=600 delay=20ms]]`);
  const stopped = page.seen();
  await page.says('And now? [[tokens=10]]');
  return { stopped, after: page.seen() };
}

export async function stopAfterTheEnd(at) {
  const page = open(at);
  const { stop } = connect(at.there, () => at.token);
  await page.says(`Hello ${at.chat}. [[tokens=10]]`);
  await stop(at.chat, page.chat.messages[0].id);
  await page.says('And now? [[tokens=10]]');
  return page.seen();
}
