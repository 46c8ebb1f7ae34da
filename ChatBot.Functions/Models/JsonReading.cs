using System.Text.Json;

namespace ChatBot.Functions.Models;

internal static class JsonReading
{
    /// <summary>Goes to the next name of an object; false at the object's end.</summary>
    public static bool NextProperty(this ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    /// <summary>From a name past its value.</summary>
    public static void SkipValue(this ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }
}
