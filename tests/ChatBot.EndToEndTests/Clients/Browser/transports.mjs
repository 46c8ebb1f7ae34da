import { DefaultChatTransport, TextStreamChatTransport } from 'ai';

const signedIn = (token) => ({ authorization: `Bearer ${token}` });

/** As it comes: the whole conversation with each message. */
export const unconfigured = (base, token) => new DefaultChatTransport({ api: `${base}/api/chat`, headers: signedIn(token) });

/** A path per chat, and of the conversation only the newest message. */
export const pathPerChat = (base, token) => new DefaultChatTransport({
  api: `${base}/api/chats`,
  headers: signedIn(token),
  prepareSendMessagesRequest: ({ id, messages, trigger, messageId }) => ({
    api: `${base}/api/chats/${id}/stream`,
    body: { message: messages.at(-1), trigger, messageId },
  }),
});

export const bareText = (base, token) => new TextStreamChatTransport({
  api: `${base}/api/chat`,
  headers: { ...signedIn(token), accept: 'text/plain' },
});
