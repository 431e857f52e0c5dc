import io.openlineage.client.OpenLineage;
import io.openlineage.client.OpenLineageClient;
import io.openlineage.client.transports.HttpConfig;
import io.openlineage.client.transports.HttpTransport;
import java.net.URI;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.UUID;

/** Sends one run through OpenLineage's own Java client, plain and compressed (chunked gzip). */
public final class Emit {
  private Emit() {}

  public static void main(String[] args) throws Exception {
    for (boolean gzip : new boolean[] {false, true}) {
      HttpConfig config = new HttpConfig();
      config.setUrl(URI.create(args[0]));
      if (gzip) {
        config.setCompression(HttpConfig.Compression.GZIP);
      }
      OpenLineageClient client =
          OpenLineageClient.builder().transport(new HttpTransport(config)).build();
      String name = gzip ? "report_gzip" : "report_plain";
      UUID run = UUID.randomUUID();
      for (OpenLineage.RunEvent.EventType type :
          List.of(
              OpenLineage.RunEvent.EventType.START, OpenLineage.RunEvent.EventType.COMPLETE)) {
        client.emit(event(run, name, type));
      }
      client.close();
      System.out.println(name + ": delivered");
    }
  }

  private static OpenLineage.RunEvent event(
      UUID run, String name, OpenLineage.RunEvent.EventType type) {
    OpenLineage ol = new OpenLineage(URI.create("https://headwater.dev/tests/emitters"));
    return ol.newRunEventBuilder()
        .eventType(type)
        .eventTime(ZonedDateTime.now())
        .run(ol.newRunBuilder().runId(run).build())
        .job(ol.newJobBuilder().namespace("java-client").name(name).build())
        .inputs(
            List.of(ol.newInputDatasetBuilder().namespace("java-db").name("shop.orders").build()))
        .outputs(
            List.of(ol.newOutputDatasetBuilder().namespace("java-db").name("shop." + name).build()))
        .build();
  }
}
