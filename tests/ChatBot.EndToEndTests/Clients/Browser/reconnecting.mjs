import { Page } from './page.mjs';
import { network, tell, wait } from './window.mjs';
import { connect } from './connect.mjs';

async function open({ there, token, chat }) {
  const { transport, history } = connect(there, () => token);
  return new Page({ id: chat, transport, messages: await history(chat), resume: true });
}

const begin = (page, at, directive) => page.chat.sendMessage({ text: `Go on ${at.chat}. [[${directive}]]` });

async function until(runs, { there, token, chat }) {
  const isRunning = async () => (await tell(`${there}/api/chats/${chat}/messages`, token)).items?.at(-1)?.status === 'streaming';
  while (await isRunning() !== runs) {
    await wait(20);
  }
}

const hasBegun = (at) => until(true, at);
const hasEnded = (at) => until(false, at);

async function awayUntilItEnds(at) {
  network.goDown();
  await hasEnded(at);
  network.comeBack();
}

/** An answer, and what happens to its connection; the page does nothing about it. */
const watch = (directive, untilThen, happens) => async (at) => {
  const page = await open(at);
  await page.does(async () => {
    begin(page, at, directive);
    await untilThen(page, at);
    await happens(at);
  });
  return page.seen();
};

const whole = 'All of it.';
const beforeTheFirstToken = ['first=1500ms tokens=30', (page, at) => hasBegun(at)];
const inTheMiddle = ['tokens=150 delay=20ms', (page) => page.shows(100)];
const behindTheLastToken = [`text="${whole}" usage-after=900ms`, (page) => page.shows(whole.length)];

export const cutBeforeTheFirstToken = watch(...beforeTheFirstToken, network.cut);
export const cutInTheMiddle = watch(...inTheMiddle, network.cut);
export const cutBehindTheLastToken = watch(...behindTheLastToken, network.cut);
export const awayFromBeforeTheFirstToken = watch(...beforeTheFirstToken, awayUntilItEnds);
export const awayFromTheMiddleOn = watch(...inTheMiddle, awayUntilItEnds);
export const awayFromBehindTheLastToken = watch(...behindTheLastToken, awayUntilItEnds);

/** The answer comes by a few bytes, and each connection ends or breaks after some of them. */
export async function inPieces(at) {
  const most = 2000;
  let breaks = false;
  network.hurry(10);
  network.arriveBy(() => {
    let left = most;
    breaks = !breaks;
    return new TransformStream({
      transform(bytes, controller) {
        for (let from = 0; from < bytes.length && left > 0; from += 7, left -= 7) {
          controller.enqueue(bytes.slice(from, from + 7));
        }
        if (left <= 0) {
          breaks ? controller.error(new TypeError('network error')) : controller.terminate();
        }
      },
    });
  });
  const text = '日本語\u2028🙂\n\ndata: [DONE]\n\nid: 7 '.repeat(6);
  const page = await open(at);
  await page.does(() => begin(page, at, `delay=2ms text="${text}"`));
  return page.seen();
}

/** Away for longer than the page tries. */
const givesUp = (happens) => async (at) => {
  const page = await open(at);
  await page.does(async () => {
    begin(page, at, 'tokens=150 delay=10ms');
    await page.shows(100);
    network.hurry(20);
    network.goDown();
  });
  const lost = page.seen();
  await happens(at);
  network.comeBack();
  await page.does(({ resumeStream }) => resumeStream());
  return { lost, after: page.seen() };
};

export const tooLongAway = givesUp(() => {});
export const tooLongAwayUntilItEnds = givesUp(hasEnded);

export async function reload(at) {
  const page = await open(at);
  await page.until(() => true);
  begin(page, at, 'tokens=150 delay=20ms');
  await page.shows(100);
  const before = page.seen();
  page.leave();

  const reloaded = await open(at);
  await reloaded.shows(1);
  const first = reloaded.seen();
  await reloaded.does(() => {});
  return { before, first, after: reloaded.seen() };
}

/** What is loaded is half an answer, and it has ended before it is asked for the rest. */
export async function reloadAtTheEnd(at) {
  const page = await open(at);
  await page.until(() => true);
  begin(page, at, 'tokens=60 delay=20ms');
  await page.shows(100);
  page.leave();

  const { transport, history } = connect(at.there, () => at.token);
  const messages = await history(at.chat);
  await hasEnded(at);
  const reloaded = new Page({ id: at.chat, transport, messages, resume: true });
  await reloaded.does(() => {});
  return { half: messages, after: reloaded.seen() };
}

export async function nothingRuns(at) {
  const page = await open(at);
  await page.says(`Hello ${at.chat}. [[tokens=10]]`);
  page.leave();

  const reloaded = await open(at);
  await reloaded.rests();
  await reloaded.chat.resumeStream();
  await reloaded.rests();
  return reloaded.seen();
}

/** One is shown an answer, another is opened meanwhile, and a third, which knows of nothing, says something. */
export async function tabs(at) {
  const { transport, history, stop } = connect(at.here, () => at.token);
  const third = new Page({ id: at.chat, transport });
  const first = await open(at);
  await first.until(() => true);
  begin(first, at, 'endless delay=20ms');
  await first.shows(50);
  const second = await open(at);
  await third.says('Too early.');
  const refused = third.seen();
  third.chat.setMessages(await history(at.chat));
  third.chat.resumeStream();
  const pages = [first, second, third];
  await Promise.all(pages.map((page) => page.shows(100)));
  await stop(at.chat, first.chat.messages[0].id);
  await Promise.all(pages.map((page) => page.rests()));
  return { refused, after: pages.map((page) => page.seen()) };
}
