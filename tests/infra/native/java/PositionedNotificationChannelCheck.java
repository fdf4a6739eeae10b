import civicbus.PositionedNotificationChannel;
import io.debezium.pipeline.notification.Notification;
import io.debezium.pipeline.notification.channels.ConnectChannel;
import io.debezium.pipeline.notification.channels.NotificationChannel;
import io.debezium.pipeline.notification.channels.SinkNotificationChannel;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.pipeline.spi.Offsets;
import io.debezium.pipeline.spi.Partition;
import io.debezium.schema.SchemaFactory;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * The cases of the channel's test: each prints "ok NAME" or "not ok NAME: why" on a line of its
 * own. Debezium's own channel is asked beside ours, so that what ours passes on stays the same.
 */
public final class PositionedNotificationChannelCheck {

    private static final Map<String, Object> BINARY_LOG = Map.of("file", "binlog.000001", "pos", 4L);
    private static final Map<String, Object> COPYING =
            Map.of("lsn", 5L, "ts_usec", 7L, "snapshot", "INITIAL");

    interface Case {
        void run() throws Exception;
    }

    public static void main(String[] args) {
        check("left-out", () -> {
            same(0, sent(new PositionedNotificationChannel(), null).size());
            same(0, sent(new PositionedNotificationChannel(), Map.of()).size());
            same(0, sent(new PositionedNotificationChannel(), Map.of("ts_usec", 0L)).size());
        });
        check("debezium-stores-it", () ->
                same(Map.of(), sent(new SinkNotificationChannel(), null).get(0).sourceOffset()));
        check("as-debezium", () -> {
            for (Map<String, Object> offset : List.of(BINARY_LOG, COPYING)) {
                List<SourceRecord> ours = sent(new PositionedNotificationChannel(), offset);
                same(1, ours.size());
                same(sent(new SinkNotificationChannel(), offset), ours);
            }
        });
        check("without-offsets", PositionedNotificationChannelCheck::withoutOffsets);
        check("loaded", PositionedNotificationChannelCheck::loaded);
    }

    /** A notice that is told of no source has an empty position too. */
    private static void withoutOffsets() {
        List<SourceRecord> records = new ArrayList<>();
        PositionedNotificationChannel channel = new PositionedNotificationChannel();
        channel.initConnectChannel(SchemaFactory.get(), records::add);
        channel.send(notice());
        same(List.of(), records);
    }

    /** As Debezium looks for channels. */
    private static void loaded() {
        List<String> names = new ArrayList<>();
        for (NotificationChannel channel : ServiceLoader.load(NotificationChannel.class)) {
            if (channel instanceof PositionedNotificationChannel) {
                names.add(channel.name());
            }
        }
        same(List.of("positioned-sink"), names);
    }

    /** What `channel` hands to the queue for a notice at `offset`; null stands for none known. */
    private static List<SourceRecord> sent(ConnectChannel channel, Map<String, Object> offset) {
        List<SourceRecord> records = new ArrayList<>();
        channel.initConnectChannel(SchemaFactory.get(), records::add);
        Partition partition = () -> Map.of("server", "cdc.tax");
        OffsetContext context = offset == null ? null : at(offset);
        channel.send(notice(), Offsets.of(Collections.singletonMap(partition, context)));
        return records;
    }

    private static Notification notice() {
        return new Notification("n-1", "Initial Snapshot", "STARTED", Map.of("a", "b"), 1L);
    }

    private static OffsetContext at(Map<String, Object> offset) {
        return (OffsetContext) Proxy.newProxyInstance(
                PositionedNotificationChannelCheck.class.getClassLoader(),
                new Class<?>[] {OffsetContext.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("getOffset")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return offset;
                });
    }

    private static void check(String name, Case run) {
        try {
            run.run();
            System.out.println("ok " + name);
        } catch (Exception | LinkageError error) {
            System.out.println("not ok " + name + ": " + error);
        }
    }

    private static void same(Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new IllegalStateException("expected " + expected + ", found " + found);
        }
    }
}
