// The scripts here are the same for every major of the AI SDK: what they import is found in the folder that they are run for.
let folder;

export const initialize = (data) => {
  folder = data.folder;
};

const here = new URL('.', import.meta.url).href;
const isPackage = (name) => !/^(\.|\/|node:|file:)/.test(name);

export const resolve = (name, context, next) =>
  next(name, isPackage(name) && context.parentURL?.startsWith(here) ? { ...context, parentURL: folder } : context);
