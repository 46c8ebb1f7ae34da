using ChatBot.Tests.Stack;
using Npgsql;

namespace ChatBot.Tests.Database;

/// <summary>How a database fails a request.</summary>
public enum DatabaseFault
{
    Gone,
    ResetInTheMiddle,
    AcknowledgementLost,
    Stalled,
    StatementTimeout,
    SerializationFailure,
    ReadOnly,
}

internal static class DatabaseFaults
{
    /// <summary>Fails the next request that runs a function of the database.</summary>
    /// <param name="passing">How many of them succeed before.</param>
    public static Tripwire Fail(this DatabaseWire wire, DatabaseFault fault, string function, int passing = 0)
    {
        var (action, error) = fault switch
        {
            DatabaseFault.Gone => (WireAction.Cut, ""),
            DatabaseFault.ResetInTheMiddle => (WireAction.ResetInTheMiddle, ""),
            DatabaseFault.AcknowledgementLost => (WireAction.LoseReply, ""),
            DatabaseFault.Stalled => (WireAction.Hold, ""),
            DatabaseFault.StatementTimeout => (WireAction.Refuse, PostgresErrorCodes.QueryCanceled),
            DatabaseFault.SerializationFailure => (WireAction.Refuse, PostgresErrorCodes.SerializationFailure),
            _ => (WireAction.ReadOnly, ""),
        };
        return wire.Watch(new Tripwire(action, error, [function], passing, times: 1));
    }
}
