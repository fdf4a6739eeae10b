package civicbus;

import io.debezium.function.BlockingConsumer;
import io.debezium.pipeline.notification.Notification;
import io.debezium.pipeline.notification.channels.SinkNotificationChannel;
import io.debezium.schema.SchemaFactory;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debezium's notices of snapshots in a topic, without those that know no position. A notice is a
 * record of the source, so Connect takes over the position that it carries; the first one of a
 * source that has none yet, that its copy begins, carries an empty one. A task that ends before
 * the first row finds it at its next start: MariaDB's then fails for ever, PostgreSQL's takes the
 * copy for done. Such a notice is left out; all others are as Debezium's own channel writes them.
 *
 * <p>To send it with no position at all would not do: Connect writes that down as a deletion, and
 * where a source has an offsets topic of its own, deletions go to the shared one first and leave
 * the transaction of the records.
 */
public final class PositionedNotificationChannel extends SinkNotificationChannel {

    private static final Logger LOGGER = LoggerFactory.getLogger(PositionedNotificationChannel.class);

    /** Of its own, so that Debezium's, which is there too, stays off. */
    @Override
    public String name() {
        return "positioned-sink";
    }

    @Override
    public void initConnectChannel(SchemaFactory schemas, BlockingConsumer<SourceRecord> queue) {
        super.initConnectChannel(schemas, notice -> {
            if (hasPlace(notice.sourceOffset())) {
                queue.accept(notice);
            } else {
                String type = ((Struct) notice.value()).getString(Notification.TYPE);
                LOGGER.info("Notice {} is left out: no position is known yet", type);
            }
        });
    }

    /** In MariaDB's binary log or in PostgreSQL's log; a time alone is no place. */
    private static boolean hasPlace(Map<String, ?> offset) {
        return offset != null && (offset.get("file") != null || offset.get("lsn") != null);
    }
}
