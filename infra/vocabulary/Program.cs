using System.IO.Compression;
using System.Reflection;
using ChatBot.Vocabulary;

// Writes the tokens of o200k_base, as Microsoft.ML.Tokenizers brings them, to the file that is named.
var package = Assembly.Load("Microsoft.ML.Tokenizers.Data.O200kBase");
await using var compressed = package.GetManifestResourceStream("o200k_base.tiktoken.deflate")!;
await using var text = new DeflateStream(compressed, CompressionMode.Decompress);
var tokens = TokenList.Read(new StreamReader(text));
var table = TokenTable.Of(tokens);

// In one go, so that a build that was broken off leaves no half of a table.
var target = args[0];
await File.WriteAllBytesAsync($"{target}.new", table);
File.Move($"{target}.new", target, overwrite: true);
