import { Page } from './page.mjs';
import { disconnect, requests } from './window.mjs';
import { connect } from './connect.mjs';

export async function stop({ here, there, token, chat }) {
  const page = new Page({ id: chat, transport: connect(here, () => token).transport });
  await page.does(async ({ sendMessage }) => {
    sendMessage({ text: `Go on ${chat}. [[tokens=600 delay=20ms]]` });
    await page.shows(100);
    await page.chat.stop();
  });
  const stopped = page.seen();
  await connect(there, () => token).stop(chat);
  await page.says('And now? [[tokens=10]]');
  return { stopped, after: page.seen() };
}

export async function reload({ here, there, token, chat }) {
  const page = new Page({ id: chat, transport: connect(here, () => token).transport });
  await page.until(() => true);
  page.chat.sendMessage({ text: `Go on ${chat}. [[tokens=150 delay=20ms]]` });
  await page.shows(100);
  const before = page.seen();
  page.leave();

  const { transport, history } = connect(there, () => token);
  const reloaded = new Page({ id: chat, messages: await history(chat), resume: true, transport });
  await reloaded.shows(1);
  const first = reloaded.seen();
  await reloaded.does(() => {});
  return { before, first, after: reloaded.seen() };
}

export async function nothingRuns({ here, there, token, chat }) {
  const page = new Page({ id: chat, transport: connect(here, () => token).transport });
  await page.says(`Hello ${chat}. [[tokens=10]]`);
  page.leave();

  const { transport, history } = connect(there, () => token);
  const reloaded = new Page({ id: chat, messages: await history(chat), resume: true, transport });
  await reloaded.until(() => requests.at(-1).status === 204);
  await reloaded.rests();
  await reloaded.chat.resumeStream();
  await reloaded.rests();
  return reloaded.seen();
}

export async function lostConnection({ here, token, chat }) {
  const page = new Page({ id: chat, transport: connect(here, () => token).transport });
  await page.does(async ({ sendMessage }) => {
    sendMessage({ text: `Go on ${chat}. [[tokens=150 delay=20ms]]` });
    await page.shows(100);
    disconnect(new TypeError('network error'));
  });
  const lost = page.seen();
  await page.does(({ resumeStream }) => resumeStream());
  return { lost, after: page.seen() };
}
