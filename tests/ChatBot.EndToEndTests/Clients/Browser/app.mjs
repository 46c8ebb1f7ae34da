import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { useChat } from '@ai-sdk/react';
import { connect } from './connect.mjs';
import { Messages } from './messages.mjs';

const { base, token, chat } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const { transport, history, stop } = connect(base, async () => token);

function Chat({ history }) {
  const { messages, status, error, sendMessage } = useChat({ id: chat, transport, messages: history, resume: true });
  const send = (event) => {
    event.preventDefault();
    sendMessage({ text: event.target.elements.text.value });
  };
  return createElement('main', null,
    createElement(Messages, { messages }),
    createElement('form', { onSubmit: send }, createElement('input', { name: 'text' })),
    createElement('button', { onClick: () => stop(chat, messages.findLast(({ role }) => role === 'user').id) }, 'Stop'),
    createElement('output', null, error?.message ?? status));
}

// Every text that the newest answer has had on the screen.
window.texts = [];
new MutationObserver(() => {
  const text = document.querySelector('article:nth-of-type(2) p')?.textContent;
  if (text && text !== window.texts.at(-1)) {
    window.texts.push(text);
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true });
createRoot(document.getElementById('chat')).render(createElement(Chat, { history: await history(chat) }));
