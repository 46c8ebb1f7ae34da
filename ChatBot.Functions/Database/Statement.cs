using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace ChatBot.Functions.Database;

/// <summary>A statement with its parameters, by position. The text must be a constant, so that no value can get into it.</summary>
public static class Statement
{
    public static NpgsqlBatchCommand Of([ConstantExpected] string text, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // Asked to be a constant by the attribute above.
        var command = new NpgsqlBatchCommand(text);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
