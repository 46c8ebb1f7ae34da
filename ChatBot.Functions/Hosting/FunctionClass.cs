using System.Diagnostics.CodeAnalysis;

namespace ChatBot.Functions.Hosting;

/// <summary>A class that has functions.</summary>
public sealed class FunctionClass
{
    private const DynamicallyAccessedMemberTypes Used = DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods;

    private FunctionClass([DynamicallyAccessedMembers(Used)] Type type) => Type = type;

    [DynamicallyAccessedMembers(Used)]
    public Type Type { get; }

    public static FunctionClass Of<[DynamicallyAccessedMembers(Used)] T>() => new(typeof(T));
}
