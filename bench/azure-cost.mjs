// What a million streamed answers cost on Azure (Flex Consumption), without the model, the database and the network: by the length of an
// answer, and by how many are open on one instance at a time. A table in Markdown, which docs/operations.md shows.
//
//   node bench/azure-cost.mjs

// Measured: bench/answer-cost.cs and bench/live-streams.cs.
const measured = {
  cpuMsPerAnswer: 4.3,
  cpuMsPerToken: 0.056,
  idleMegabytes: 42,
  megabytesPerStream: 0.12,
};

// USD, pay as you go, East US, without free grants, as public pages quoted them in 2025.
const prices = {
  gbSecond: 0.000026,
  millionExecutions: 0.4,
  millionQueueOperations: 0.4,
};

const assumptions = {
  firstTokenSeconds: 0.6,
  tokensPerSecond: 50,
  // An instance is not to be busier or fuller than this.
  mostOfCpu: 0.7,
  mostOfMemory: 0.8,
  // The Functions host's own.
  hostMegabytes: 200,
  // What an instance is billed for at least, each time it is woken.
  leastSeconds: 1,
  // The queues' functions have instances of their own.
  queueFunctions: 2,
  // Put, get and delete a message of each queue.
  queueOperations: 6,
  cores: { 512: 0.25, 2048: 1, 4096: 2 },
};

const million = 1e6;
const lengths = [100, 500, 2000];
const concurrencies = [1, 4, 16, 64];

function costOfMillion(megabytes, tokens, concurrency) {
  const { firstTokenSeconds, tokensPerSecond, leastSeconds, queueFunctions, queueOperations } = assumptions;
  const gigabytes = megabytes / 1024;
  const seconds = firstTokenSeconds + tokens / tokensPerSecond;
  const perSecond = concurrency / seconds;
  // An instance is awake in each second in which anything comes to it, and then for the whole second.
  const awake = ((1 - Math.exp(-perSecond * leastSeconds)) / perSecond) * queueFunctions;
  const gbSeconds = (seconds / concurrency + awake) * gigabytes;
  return million * gbSeconds * prices.gbSecond + (1 + queueFunctions) * prices.millionExecutions + queueOperations * prices.millionQueueOperations;
}

function mostStreams(megabytes, tokens) {
  const { firstTokenSeconds, tokensPerSecond, mostOfCpu, mostOfMemory, hostMegabytes, cores } = assumptions;
  const seconds = firstTokenSeconds + tokens / tokensPerSecond;
  const cpuSeconds = (measured.cpuMsPerAnswer + tokens * measured.cpuMsPerToken) / 1000;
  const byMemory = (megabytes * mostOfMemory - hostMegabytes - measured.idleMegabytes) / measured.megabytesPerStream;
  return Math.floor(Math.min((cores[megabytes] * mostOfCpu * seconds) / cpuSeconds, byMemory));
}

const dollars = (amount) => `$${amount.toFixed(0)}`;

console.log(`| instance | tokens | ${concurrencies.map((c) => `${c} at once`).join(' | ')} | as many as fit |`);
console.log(`|---|---|${concurrencies.map(() => '---|').join('')}---|`);
for (const megabytes of [512, 2048]) {
  for (const tokens of lengths) {
    const most = mostStreams(megabytes, tokens);
    const cells = concurrencies.map((c) => (c <= most ? dollars(costOfMillion(megabytes, tokens, c)) : 'too many'));
    console.log(`| ${megabytes.toLocaleString('en')} MB | ${tokens.toLocaleString('en')} | ${cells.join(' | ')} | ${dollars(costOfMillion(megabytes, tokens, most))} (${most}) |`);
  }
}
