using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Functions.Http;

/// <summary>Reads decimal numbers as they are written, where the reader alone would round what is too long for a decimal.</summary>
internal sealed class ExactDecimalConverter : JsonConverter<decimal>
{
    // A decimal's; more digits may be zeros at the end only.
    private const int MaxDigits = 28;

    /// <exception cref="JsonException">It is no number, or has more digits than a decimal.</exception>
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number) && IsExact(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan) ? number : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    private static bool IsExact(ReadOnlySpan<byte> text)
    {
        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = (exponentAt < 0 ? text : text[..exponentAt]).TrimStart((byte)'-');
        var exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(text[(exponentAt + 1)..], CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }

        var point = mantissa.IndexOf((byte)'.');
        var whole = (point < 0 ? mantissa : mantissa[..point]).TrimStart((byte)'0');
        var fraction = point < 0 ? default : mantissa[(point + 1)..].TrimEnd((byte)'0');
        if (whole.IsEmpty && fraction.IsEmpty)
        {
            return true;
        }

        var decimals = fraction.Length - (long)exponent;
        return whole.Length + fraction.Length <= MaxDigits && decimals is >= -MaxDigits and <= MaxDigits;
    }
}
