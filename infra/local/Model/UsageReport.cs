namespace ChatBot.Local;

public enum UsageReport
{
    Once,
    Off,
    Twice,
    Absurd,
}
