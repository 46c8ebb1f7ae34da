using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Database;

/// <summary>Typed parameters; null is sent as null of the type.</summary>
public static class Parameter
{
    public static NpgsqlParameter Text(string? value) => Of(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Uuid(Guid? value) => Of(value, NpgsqlDbType.Uuid);

    public static NpgsqlParameter Integer(int? value) => Of(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter Bigint(long? value) => Of(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Boolean(bool value) => new NpgsqlParameter<bool>("", NpgsqlDbType.Boolean) { TypedValue = value };

    public static NpgsqlParameter Bytes(byte[]? value) => Of(value, NpgsqlDbType.Bytea);

    public static NpgsqlParameter Time(DateTimeOffset? value) => Of(value?.UtcDateTime, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Date(DateOnly? value) => Of(value, NpgsqlDbType.Date);

    public static NpgsqlParameter Number(decimal? value) => Of(value, NpgsqlDbType.Numeric);

    public static NpgsqlParameter Span(TimeSpan? value) => Of(value, NpgsqlDbType.Interval);

    public static NpgsqlParameter Json(string? value) => Of(value, NpgsqlDbType.Jsonb);

    public static NpgsqlParameter Array<T>(T[]? values, NpgsqlDbType type) => Of(values, NpgsqlDbType.Array | type);

    private static NpgsqlParameter Of<T>(T? value, NpgsqlDbType type)
        where T : class =>
        new() { NpgsqlDbType = type, Value = (object?)value ?? DBNull.Value };

    private static NpgsqlParameter Of<T>(T? value, NpgsqlDbType type)
        where T : struct =>
        value is { } some ? new NpgsqlParameter<T>("", type) { TypedValue = some } : new NpgsqlParameter { NpgsqlDbType = type, Value = DBNull.Value };
}
