import { DefaultChatTransport } from 'ai';

export function connect(base, token) {
  const headers = () => ({ authorization: `Bearer ${token()}` });
  return {
    transport: new DefaultChatTransport({ api: `${base}/api/chat`, headers }),
    history: async (id) => {
      const answer = await fetch(`${base}/api/chats/${id}/messages?limit=100`, { headers: headers() });
      const { items } = await answer.json();
      return items.map((m) => ({ id: m.clientId ?? m.id, role: m.role, parts: [{ type: 'text', text: m.content }] }));
    },
    stop: (id) => fetch(`${base}/api/chats/${id}/stop`, { method: 'POST', headers: headers() }),
  };
}
