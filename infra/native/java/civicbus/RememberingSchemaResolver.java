package civicbus;

import io.apicurio.registry.resolver.DefaultSchemaResolver;
import io.apicurio.registry.resolver.SchemaLookupResult;
import io.apicurio.registry.resolver.SchemaParser;
import io.apicurio.registry.resolver.data.Record;
import io.apicurio.registry.serde.data.KafkaSerdeMetadata;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;

/**
 * The registry client's default resolver, which renders the whole schema as JSON for every single
 * record, asked only once per topic, Avro schema object and check period. The converter keeps one
 * Avro schema object per version of a table, so identity is enough to recognise it. Safe between
 * threads; a failed answer is not remembered.
 */
public final class RememberingSchemaResolver<S, T> extends DefaultSchemaResolver<S, T> {

    /**
     * As many as the converter keeps itself. More would mean schema objects made anew for each
     * record: start over, never grow.
     */
    private static final int REMEMBERED_MAX = 1000;

    private final Map<Key, Answer<S>> remembered = new ConcurrentHashMap<>();

    /** As long as the default resolver trusts its own cache: a registry that lost its data is noticed. */
    private volatile long trustedNs;

    @Override
    public void configure(Map<String, ?> configs, SchemaParser<S, T> parser) {
        super.configure(configs, parser);
        trustedNs = config.getCheckPeriod().toNanos();
    }

    @Override
    public SchemaLookupResult<S> resolveSchema(Record<T> data) {
        if (!(data.payload() instanceof GenericContainer)
                || !(data.metadata() instanceof KafkaSerdeMetadata)) {
            return super.resolveSchema(data);
        }
        Schema schema = ((GenericContainer) data.payload()).getSchema();
        Key key = new Key(((KafkaSerdeMetadata) data.metadata()).getTopic(), schema);
        Answer<S> known = remembered.get(key);
        long now = System.nanoTime();
        if (known != null && now - known.atNs < trustedNs) {
            return known.result;
        }
        SchemaLookupResult<S> result = super.resolveSchema(data);
        if (remembered.size() >= REMEMBERED_MAX) {
            remembered.clear();
        }
        remembered.put(key, new Answer<>(result, now));
        return result;
    }

    @Override
    public void reset() {
        remembered.clear();
        super.reset();
    }

    private static final class Answer<S> {
        private final SchemaLookupResult<S> result;
        private final long atNs;

        private Answer(SchemaLookupResult<S> result, long atNs) {
            this.result = result;
            this.atNs = atNs;
        }
    }

    /** A topic and one schema object; two equal schemas are two keys. */
    private static final class Key {
        private final String topic;
        private final Schema schema;

        private Key(String topic, Schema schema) {
            this.topic = topic;
            this.schema = schema;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key
                    && ((Key) other).schema == schema
                    && ((Key) other).topic.equals(topic);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(schema) * 31 + topic.hashCode();
        }
    }
}
