import { Page } from './page.mjs';
import { network, requests, tell } from './window.mjs';
import { connect } from './connect.mjs';

const open = ({ here, token, chat }) => new Page({ id: chat, transport: connect(here, () => token).transport });

export async function refused(at) {
  const page = open(at);
  await page.says(`Too much ${at.chat}. [[tokens=40]]`);
  return page.seen();
}

/** The answer never begins, then does. */
export async function failed(at) {
  const page = open(at);
  await page.says(`First ${at.chat}. [[tokens=10]]`);
  await page.says('Fail. [[status=400 times=1 tokens=20]]');
  const failure = page.seen();
  await page.does(({ regenerate }) => regenerate());
  return { failure, after: page.seen() };
}

/** The answer breaks off, then is written anew, and the conversation goes on. */
export async function cut(at) {
  const page = open(at);
  await page.says(`Break off ${at.chat}. [[cut=30 times=1 tokens=60]]`);
  const failure = page.seen();
  await page.does(({ regenerate }) => regenerate());
  await page.says('Go on. [[tokens=20]]');
  return { failure, after: page.seen() };
}

/** The message never arrives, and is tried again by the button for that. */
export async function neverArrived(at) {
  const page = open(at);
  await page.says(`First ${at.chat}. [[tokens=10]]`);
  network.hurry(20);
  network.goDown();
  await page.says('Second. [[tokens=20]]');
  const failure = page.seen();
  network.comeBack();
  await page.does(({ regenerate }) => regenerate());
  return { failure, after: page.seen() };
}

/** While one runs: refused, and the page catches up with what the server has. */
export async function tooEarly(at) {
  const { transport, history, stop } = connect(at.here, () => at.token);
  const page = new Page({ id: at.chat, transport });
  await page.until(() => true);
  page.chat.sendMessage({ text: `First ${at.chat}. [[endless delay=20ms]]` });
  await page.shows(50);
  page.chat.sendMessage({ text: 'Too early.' });
  await page.until(() => requests.at(-1).status === 409);
  const refused = page.seen();
  await page.chat.stop();
  page.chat.setMessages(await history(at.chat));
  page.chat.resumeStream();
  await page.shows(100);
  await stop(at.chat, page.chat.messages[0].id);
  await page.rests();
  return { refused, after: page.seen() };
}

/** One answer each that never began, broke off, and was stopped before it came; then the page is loaded anew. */
export async function badEnds(at) {
  const { transport, history, stop } = connect(at.here, () => at.token);
  const page = new Page({ id: at.chat, transport });
  await page.says(`Break off ${at.chat}. [[cut=30 tokens=60]]`);
  await stop(at.chat, 'stopped');
  await page.does(({ sendMessage }) => sendMessage({ id: 'stopped', role: 'user', parts: [{ type: 'text', text: 'Never mind.' }] }));
  await page.says('Fail. [[status=400]]');
  const before = page.seen();
  page.leave();

  const reloaded = new Page({ id: at.chat, transport, messages: await history(at.chat), resume: true });
  await reloaded.rests();
  return { before, after: reloaded.seen() };
}

export async function noHistory({ here, token, chat }) {
  return {
    ofAnUnknownChat: await connect(here, () => token).history(chat),
    withoutAToken: await connect(here, () => 'none').history(chat).catch(({ message }) => message),
  };
}

/** More than a page's worth of messages, and one more. */
export async function long(at) {
  const { transport, history } = connect(at.here, async () => at.token);
  for (let n = 0; n < 5; n++) {
    await tell(`${at.here}/api/chats/${at.chat}/messages`, at.token, { content: `${n} ${'x'.repeat(250_000)}` });
  }
  const page = new Page({ id: at.chat, transport, messages: await history(at.chat), resume: true });
  await page.says(`Hi ${at.chat}. [[tokens=10]]`);
  return page.seen();
}
