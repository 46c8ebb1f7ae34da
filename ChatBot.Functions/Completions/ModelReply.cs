using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Completions;

/// <summary>The head of a model's answer: a stream, or why there is none.</summary>
public readonly record struct ModelReply(Stream? Body, ProblemResult? Problem)
{
    public static ModelReply Opened(Stream body) => new(body, null);

    public static ModelReply Failed(ProblemResult problem) => new(null, problem);
}
