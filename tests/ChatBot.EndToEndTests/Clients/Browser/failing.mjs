import { Page } from './page.mjs';
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
  const { fetch } = globalThis;
  globalThis.fetch = () => Promise.reject(new TypeError('fetch failed'));
  await page.says('Second. [[tokens=20]]');
  const failure = page.seen();
  globalThis.fetch = fetch;
  await page.does(({ regenerate }) => regenerate());
  return { failure, after: page.seen() };
}
