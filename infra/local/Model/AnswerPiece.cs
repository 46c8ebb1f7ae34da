namespace ChatBot.Local;

/// <summary>What one delta carries.</summary>
public readonly record struct AnswerPiece(string Text, int Tokens);
