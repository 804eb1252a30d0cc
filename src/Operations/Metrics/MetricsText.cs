using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Operations.Metrics;

/// <summary>Listens to the chosen instruments of this process, and writes what they have measured in the text exposition format of Prometheus, 0.0.4.</summary>
public sealed class MetricsText : IDisposable
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<string, Family> families = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Family, bool> observed = new();
    private readonly MeterListener listener = new();
    private readonly Lock writing = new();

    public MetricsText()
    {
        listener.InstrumentPublished = Publish;
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((Family)family!).Add(value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((Family)family!).Add(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((Family)family!).Add(value, tags));
        listener.Start();
    }

    public string Write()
    {
        // One at a time: what is observed is asked anew for each.
        lock (writing)
        {
            foreach (var family in observed.Keys)
            {
                family.Forget();
            }

            listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var (_, family) in families.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                family.Write(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    private void Publish(Instrument instrument, MeterListener to)
    {
        if (!Instruments.Choose(instrument, out var labels))
        {
            return;
        }

        var family = families.GetOrAdd(MetricName.Of(instrument), name => new(name, instrument, labels));
        if (instrument.IsObservable)
        {
            observed[family] = true;
        }

        foreach (var known in FromZero.SeriesOf(instrument))
        {
            family.Add(0, known);
        }

        to.EnableMeasurementEvents(instrument, family);
    }
}
