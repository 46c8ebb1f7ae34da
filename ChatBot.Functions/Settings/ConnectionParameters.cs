using System.Data.Common;
using System.Text.RegularExpressions;
using Npgsql;

namespace ChatBot.Functions.Settings;

/// <summary>
/// A connection string, as a URI or as Npgsql's. What is wrong with it is told by the names of its parameters, never by a value:
/// that may be the password, or a piece of it.
/// </summary>
internal sealed partial class ConnectionParameters
{
    private static readonly Dictionary<string, string> s_libpq = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["channel_binding"] = "Channel Binding",
    };

    // What the dashboard and other drivers add, and what means nothing here: pooling, names and waits are settings of their own,
    // statements are never prepared and name their schemas.
    private static readonly HashSet<string> s_ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "pgbouncer", "supa", "workaround", "connection_limit", "pool_timeout", "socket_timeout", "schema", "statement_cache_size",
        "prepared_statement_cache_size", "application_name", "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval",
        "keepalives_count", "tcp_user_timeout",
    };

    private readonly NpgsqlConnectionStringBuilder _builder = new();
    private readonly List<string> _unknown = [];
    private readonly List<string> _unreadable = [];
    private int _count;

    /// <exception cref="FormatException">It is neither; where the message is not empty, it says what is wrong.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        if (text.Contains("[YOUR-PASSWORD]", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException("has [YOUR-PASSWORD] in the place of the password");
        }

        var parameters = new ConnectionParameters();
        try
        {
            if (text.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
            {
                parameters.AddUri(new Uri(text));
            }
            else
            {
                parameters.AddPairs(text);
            }
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            throw new FormatException("", e);
        }

        var faults = parameters.Faults();
        return faults.Length == 0 && parameters._builder.Host is { Length: > 0 } ? parameters._builder : throw new FormatException(faults);
    }

    private void AddUri(Uri uri)
    {
        // Either is what is left of a password whose # or ? was not escaped.
        if (uri.Fragment.Length > 0 || uri.Query.Contains('@', StringComparison.Ordinal))
        {
            throw new UriFormatException();
        }

        var user = uri.UserInfo.Split(':', 2);
        _builder.Host = uri.Host;
        _builder.Port = uri.Port < 0 ? 5432 : uri.Port;
        _builder.Username = Uri.UnescapeDataString(user[0]);
        _builder.Database = uri.AbsolutePath is "" or "/" ? "postgres" : Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        if (user.Length > 1)
        {
            _builder.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : (pair, "");
            Add(name, value);
        }
    }

    private void AddPairs(string text)
    {
        var pairs = new DbConnectionStringBuilder { ConnectionString = text };
        foreach (string name in pairs.Keys)
        {
            Add(name, (string)pairs[name]);
        }
    }

    private void Add(string name, string value)
    {
        _count++;
        if (s_ignored.Contains(name))
        {
            return;
        }

        if (name.Equals("gssencmode", StringComparison.OrdinalIgnoreCase))
        {
            if (value is not ("disable" or "prefer"))
            {
                _unreadable.Add(Shown(name));
            }

            return;
        }

        var keyword = s_libpq.GetValueOrDefault(name, name);
        if (!_builder.ContainsKey(keyword))
        {
            _unknown.Add(Shown(name));
            return;
        }

        try
        {
            _builder[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            _unreadable.Add(Shown(name));
        }
    }

    private string Faults() => string.Join("; ", new[]
    {
        Tell(_unknown, "has a parameter that is not known", "has parameters that are not known"),
        Tell(_unreadable, "has a parameter whose value is not known", "has parameters whose values are not known"),
    }.Where(fault => fault.Length > 0));

    private static string Tell(List<string> names, string ofOne, string ofMany) =>
        names.Count == 0 ? "" : $"{(names.Count == 1 ? ofOne : ofMany)}: {string.Join(", ", names.Distinct())}";

    // Digits and signs are of passwords rather than of parameters.
    private string Shown(string name) => Name().IsMatch(name) ? name : $"number {_count}";

    [GeneratedRegex("^[A-Za-z][A-Za-z_ ]{0,39}$")]
    private static partial Regex Name();
}
