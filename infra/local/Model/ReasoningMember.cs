namespace ChatBot.Local;

/// <summary>Which member of a delta carries streamed reasoning: providers differ, and some send it in both.</summary>
public enum ReasoningMember
{
    ReasoningContent,
    Reasoning,
    Both,
}
