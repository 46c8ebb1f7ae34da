import { generateId } from 'ai';

export function connect(base, token) {
  const unfinished = new Map(); // By chat: the answer whose end has not been seen.
  const pathOf = (chat, rest) => `/chats/${encodeURIComponent(chat)}/${rest}`;
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  // Tries for 8 s to get through. What arrives twice by that counts once.
  async function request(path, { headers, body, signal } = {}) {
    const init = {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal,
    };
    let response;
    for (let wait = 250; !response; wait *= 2) {
      response = await fetch(`${base}/api${path}`, init).catch(async (cause) => {
        signal?.throwIfAborted();
        if (wait > 4000) {
          throw new Error('There is no connection.', { cause });
        }
        await pause(wait);
      });
    }
    if (!response.ok) {
      throw Object.assign(new Error(await response.text()), { status: response.status });
    }
    return response;
  }

  const resume = (chat, after, signal) => request(pathOf(chat, 'stream'), { headers: { 'last-event-id': after }, signal });

  // The whole events that come before the connection ends or breaks.
  async function* eventsOf(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true }));
      if (done) {
        return;
      }
      const events = (text + value).split('\n\n');
      text = events.pop();
      yield* events;
    }
  }

  // The parts of an answer, each once, over as many connections as it takes.
  async function* partsOf(chat, response, signal) {
    let last = response.headers.get('x-message-id');
    unfinished.set(chat, last);
    while (response.status !== 204) {
      for await (const event of eventsOf(response)) {
        const [, id, data] = /^(?:id: (\S+)\n)?data: (.+)/s.exec(event) ?? [];
        if (data === '[DONE]') {
          unfinished.delete(chat);
          return;
        }
        if (data) {
          last = id ?? last;
          yield JSON.parse(data);
        }
      }
      signal?.throwIfAborted();
      await pause(250);
      response = await resume(chat, last, signal);
    }
  }

  function streamOf(chat, response, signal) {
    const parts = partsOf(chat, response, signal);
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await parts.next();
        return done ? controller.close() : controller.enqueue(value);
      },
    });
  }

  return {
    transport: {
      async sendMessages({ chatId, messages, trigger, messageId, body, abortSignal }) {
        const response = await request('/chat', {
          headers: { 'idempotency-key': generateId() },
          body: { ...body, id: chatId, messages: messages.slice(-1), trigger, messageId },
          signal: abortSignal,
        });
        return streamOf(chatId, response, abortSignal);
      },

      async reconnectToStream({ chatId, abortSignal }) {
        const answer = unfinished.get(chatId);
        return answer ? streamOf(chatId, await resume(chatId, answer, abortSignal), abortSignal) : null;
      },
    },

    async history(chat) {
      const messages = [];
      let page = { nextCursor: '' };
      while (page.nextCursor !== null) {
        const path = pathOf(chat, `messages?limit=100&before=${page.nextCursor}`);
        page = await request(path).then((response) => response.json(), (error) => {
          if (error.status !== 404) {
            throw error;
          }
          return { items: [], nextCursor: null };
        });
        messages.unshift(...page.items);
      }
      unfinished.set(chat, messages.find(({ status }) => status === 'streaming')?.id);
      return messages.map(({ id, clientId, role, content, status, receipt }) => ({
        id: clientId ?? id,
        role,
        metadata: { status, receipt },
        parts: [{ type: 'text', text: content }],
      }));
    },

    async stop(chat, messageId) {
      while ((await request(pathOf(chat, 'stop'), { body: { messageId } })).status === 202);
    },
  };
}
