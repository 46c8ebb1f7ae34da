namespace ChatBot.Chaos;

/// <summary>What is drawn from a seeded source.</summary>
public static class Dice
{
    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    public static T Among<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public static TimeSpan Between(this Random random, TimeSpan least, TimeSpan most) => least + (random.NextDouble() * (most - least));

    /// <summary>One of them, each as likely as its weight.</summary>
    public static T Weighted<T>(this Random random, IReadOnlyList<(int Weight, T Choice)> choices)
    {
        var left = random.Next(choices.Sum(c => c.Weight));
        foreach (var (weight, choice) in choices)
        {
            left -= weight;
            if (left < 0)
            {
                return choice;
            }
        }

        throw new InvalidOperationException("There is nothing to choose from.");
    }
}
