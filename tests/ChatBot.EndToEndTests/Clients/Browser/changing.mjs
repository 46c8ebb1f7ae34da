import { Page } from './page.mjs';
import { connect } from './connect.mjs';
import { pathPerChat } from './transports.mjs';

async function change(page, chat) {
  const steps = [];
  const step = async (action) => {
    await page.does(action);
    steps.push(page.seen().messages);
  };
  await step(({ sendMessage }) => sendMessage({ text: `First ${chat}. [[tokens=10]]` }));
  await step(({ sendMessage }) => sendMessage({ text: 'Second. [[tokens=20]]' }));
  await step(({ regenerate }) => regenerate());
  await step(({ regenerate, messages }) => regenerate({ messageId: messages[1].id }));
  await step(({ sendMessage }) => sendMessage({ text: 'Second again. [[tokens=20]]' }));
  await step(({ sendMessage, messages }) => sendMessage({ text: `First, edited ${chat}. [[tokens=30]]`, messageId: messages[0].id }));
  return { steps, after: page.seen() };
}

export const changes = ({ here, token, chat }) => change(new Page({ id: chat, transport: connect(here, () => token).transport }), chat);

export const changesAtItsOwnPath = ({ here, token, chat }) => change(new Page({ id: chat, transport: pathPerChat(here, token) }), chat);

/** The page has dropped what it was shown, and is still being sent it. */
export async function anewWhileItRuns({ here, token, chat }) {
  const page = new Page({ id: chat, transport: connect(here, () => token).transport });
  await page.does(async ({ sendMessage }) => {
    const sent = sendMessage({ text: `First ${chat}. [[tokens=100 delay=20ms]]` });
    await page.shows(50);
    await page.chat.regenerate();
    await sent;
  });
  return page.seen();
}
