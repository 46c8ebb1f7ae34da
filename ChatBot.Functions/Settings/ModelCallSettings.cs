namespace ChatBot.Functions.Settings;

/// <summary>What is done about calls that give no token.</summary>
/// <param name="Retries">How often a model is asked again, before its fallbacks are.</param>
/// <param name="LongestRetryAfter">A model that asks to be left alone for longer is not waited for.</param>
/// <param name="RetryWithin">After that time a model is not asked again.</param>
/// <param name="CircuitFailures">So many calls within 30 s, of which half fail, and the model is left alone.</param>
/// <param name="CircuitOpen">For how long.</param>
public sealed record ModelCallSettings(int Retries, TimeSpan LongestRetryAfter, TimeSpan RetryWithin, int CircuitFailures, TimeSpan CircuitOpen)
{
    public static ModelCallSettings Read(SettingReader reader) => new(
        reader.Integer("ModelCalls:Retries", 2, 0, 10),
        reader.Seconds("ModelCalls:LongestRetryAfterSeconds", 20, 0, 120),
        reader.Seconds("ModelCalls:RetryWithinSeconds", 30, 0, 300),
        reader.Integer("ModelCalls:CircuitFailures", 20, 2, 10_000),
        reader.Seconds("ModelCalls:CircuitOpenSeconds", 15, 1, 600));
}
