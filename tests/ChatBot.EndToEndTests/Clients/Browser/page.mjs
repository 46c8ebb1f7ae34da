import { disconnect, requests } from './window.mjs';
import { createElement, useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useChat } from '@ai-sdk/react';

const patience = 20_000;
const interval = () => new Promise((resolve) => setTimeout(resolve, 10));
const textOf = (message) => message.parts.filter((part) => part.type === 'text').map((part) => part.text).join('');

const open = new Set();

/** As if nothing had been. */
export function leaveAll() {
  open.forEach((page) => page.leave());
  requests.length = 0;
}

/** A page with a conversation, as React renders it. */
export class Page {
  #root;
  #options;
  #asked = 0;
  #rendered = 0;
  #main = document.createElement('main');
  #statuses = [];
  #finishes = [];

  constructor(options) {
    open.add(this);
    document.body.append(this.#main);
    this.#root = createRoot(this.#main);
    this.#options = { ...options, onFinish: (finish) => this.#finishes.push(finish) };
    this.#render();
  }

  /** Until what is shown fulfils the condition. */
  async until(condition) {
    for (const deadline = Date.now() + patience; !(this.chat && condition(this.chat)); await interval()) {
      if (Date.now() > deadline) {
        throw new Error(`Still not: ${condition}\n${JSON.stringify(this.seen())}`);
      }
    }
  }

  /** Does something that brings an answer, and waits for its end. */
  async does(action) {
    const before = this.#finishes.length;
    await this.until(() => true);
    await action(this.chat);
    await this.until(() => this.#finishes.length > before);
    await this.rests();
  }

  /** Until all is shown. React takes its time, but keeps the order: when this round is shown, so is what came before. */
  async rests() {
    const round = this.#render();
    await this.until(({ status }) => this.#rendered >= round && (status === 'ready' || status === 'error'));
  }

  says(text) {
    return this.does(({ sendMessage }) => sendMessage({ text }));
  }

  /** Until so much of the last message is shown. */
  shows(length) {
    return this.until(({ messages, status }) => status === 'streaming' && textOf(messages.at(-1)).length >= length);
  }

  leave() {
    open.delete(this);
    this.#root.unmount();
    this.#main.remove();
    disconnect();
  }

  seen() {
    const { status, error, messages } = this.chat;
    const shown = [...this.#main.children].map((child) => child.textContent);
    return structuredClone({
      status,
      statuses: this.#statuses,
      error: error?.message ?? null,
      statusCode: error?.statusCode ?? null,
      messages: messages.map(({ id, role, metadata }, index) => ({ id, role, metadata, text: shown[index] })),
      finishes: this.#finishes.map(({ isAbort, isDisconnect, isError, finishReason }) => ({ isAbort, isDisconnect, isError, finishReason })),
      requests,
    });
  }

  #render() {
    this.#root.render(createElement(Conversation, {
      options: this.#options,
      round: ++this.#asked,
      onShown: (chat, round) => this.#onShown(chat, round),
    }));
    return this.#asked;
  }

  #onShown(chat, round) {
    this.chat = chat;
    this.#rendered = round;
    if (this.#statuses.at(-1) !== chat.status) {
      this.#statuses.push(chat.status);
    }
  }
}

function Conversation({ options, round, onShown }) {
  const chat = useChat(options);
  useLayoutEffect(() => onShown(chat, round));
  return chat.messages.map((message) => createElement('p', { key: message.id }, textOf(message)));
}
