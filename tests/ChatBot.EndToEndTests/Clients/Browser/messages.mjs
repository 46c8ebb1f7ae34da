import { createElement } from 'react';

export const textOf = (message) => message.parts.filter((part) => part.type === 'text').map((part) => part.text).join('');

/** What docs/clients.md says about showing them. */
export const Messages = ({ messages }) => messages.map((message) => {
  const text = textOf(message);
  const status = message.metadata?.status;
  return createElement('article', { key: message.id, id: message.id },
    text && createElement('p', null, text),
    ['stopped', 'interrupted', 'failed'].includes(status) && createElement('small', null, status));
});
