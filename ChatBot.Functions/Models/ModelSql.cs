namespace ChatBot.Functions.Models;

public static class ModelSql
{
    public const string Allowed = """
        select m.name, m.input, m.cached_input, m.cache_write, m.output, m.reasoning, m.currency
        from billing.allowed_models($1) m
        """;
}
