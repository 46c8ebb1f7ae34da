// What counting tokens costs: the first count of a process and what it adds to its resident memory, and then the throughput.
// The library comes second, so that what both need is on the counter's account.
//
//   dotnet publish bench/tokens -c Release -r linux-x64 -o artifacts/tokens
//   artifacts/tokens/ChatBot.TokenBench
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ChatBot.Functions.Tokens;
using ChatBot.Tests.Tokens.Texts;
using Microsoft.ML.Tokenizers;

const int megabyte = 1_000_000;
const string question = "Hi, I ordered a hedge trimmer last Tuesday and it still hasn't arrived. Can you tell me where it is?";
(string Name, string Text)[] texts =
[
    ("English", string.Concat(EnglishTexts.All)),
    ("Chinese", WorldTexts.Chinese),
    ("ten other scripts", WorldTexts.European + WorldTexts.Complex),
    ("emoji", WorldTexts.Emoji),
    ("code", string.Concat(CodeTexts.All)),
    ("256 KiB of random letters in one word", Letters(262_144)),
];

var counter = First("the counter", () => TokenCounter.Count);
var library = First("Microsoft.ML.Tokenizers", () =>
{
    var tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");
    return text => tokenizer.CountTokens(text);
});
Console.WriteLine();
Console.WriteLine("| text | the counter, MB/s | Microsoft.ML.Tokenizers, MB/s |");
Console.WriteLine("|---|---|---|");
foreach (var (name, text) in texts)
{
    Print($"| {name} | {Throughput(counter, text):0.0} | {Throughput(library, text):0.0} |");
}

static Func<string, int> First(string name, Func<Func<string, int>> create)
{
    var before = Resident();
    var watch = Stopwatch.StartNew();
    var count = create();
    count(question);
    var first = watch.Elapsed.TotalMilliseconds;
    watch.Restart();
    count(question);
    var second = watch.Elapsed.TotalMilliseconds;
    Print($"{name}: first count {first:0.00} ms, second {second:0.000} ms, resident memory +{(Resident() - before) / megabyte:0.0} MB");
    return count;
}

// Of the quickest count, so that it is not about who else uses the machine.
static double Throughput(Func<string, int> count, string text)
{
    var best = TimeSpan.MaxValue;
    for (var begin = Stopwatch.StartNew(); begin.ElapsedMilliseconds < 2000;)
    {
        var watch = Stopwatch.StartNew();
        count(text);
        best = watch.Elapsed < best ? watch.Elapsed : best;
    }

    return Encoding.UTF8.GetByteCount(text) / best.TotalSeconds / megabyte;
}

static double Resident() =>
    1024 * double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

static string Letters(int length)
{
    var random = new Random(1);
    return string.Create(length, random, (letters, source) => source.GetItems<char>("abcdefghijklmnopqrstuvwxyz", letters));
}

static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
