import { network, requests } from './window.mjs';
import { createElement, useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useChat } from '@ai-sdk/react';
import { Messages, textOf } from './messages.mjs';

const timeout = 20_000;
const interval = () => new Promise((resolve) => setTimeout(resolve, 10));

const open = new Set();

/** As if nothing had been. */
export function leaveAll() {
  open.forEach((page) => page.leave());
  network.reset();
}

/** A page with a conversation, as React renders it. */
export class Page {
  #root;
  #options;
  #asked = 0;
  #rendered = 0;
  #main = document.createElement('main');
  #statuses = [];
  #rewrites = 0;
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
    for (const deadline = Date.now() + timeout; !(this.chat && condition(this.chat)); await interval()) {
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

  /** As a browser does it: what is under way is aborted. */
  leave() {
    open.delete(this);
    this.#root.unmount();
    this.#main.remove();
    this.chat.stop();
  }

  seen() {
    const { status, error, messages } = this.chat;
    const shown = [...this.#main.children].map((article) => ({
      text: article.querySelector('p')?.textContent ?? '',
      bubbles: article.querySelectorAll('p').length,
      note: article.querySelector('small')?.textContent ?? null,
    }));
    return structuredClone({
      status,
      statuses: this.#statuses,
      rewrites: this.#rewrites,
      error: error?.message ?? null,
      messages: messages.map(({ id, role, metadata }, index) => ({ id, role, metadata, ...shown[index] })),
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
    const [before, now] = [this.chat?.messages.at(-1), chat.messages.at(-1)];
    if (before?.id === now?.id && before && !textOf(now).startsWith(textOf(before))) {
      this.#rewrites++;
    }
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
  return createElement(Messages, chat);
}
