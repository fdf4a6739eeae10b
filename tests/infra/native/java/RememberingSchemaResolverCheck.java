import civicbus.RememberingSchemaResolver;
import io.apicurio.registry.resolver.ParsedSchema;
import io.apicurio.registry.resolver.ParsedSchemaImpl;
import io.apicurio.registry.resolver.SchemaParser;
import io.apicurio.registry.resolver.data.Record;
import io.apicurio.registry.resolver.strategy.ArtifactReference;
import io.apicurio.registry.rest.client.RegistryClient;
import io.apicurio.registry.rest.v2.beans.ArtifactMetaData;
import io.apicurio.registry.serde.data.KafkaSerdeMetadata;
import io.apicurio.registry.serde.data.KafkaSerdeRecord;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The cases of the resolver's test: each prints "ok NAME" or "not ok NAME: why" on a line of its
 * own. The registry is a client that answers an id per content and counts; how often a schema was
 * rendered as JSON is counted by the parser, which is what rendering is asked of.
 */
public final class RememberingSchemaResolverCheck {

    private static final String CHECK_PERIOD = "apicurio.registry.check-period-ms";

    interface Case {
        void run() throws Exception;
    }

    public static void main(String[] args) {
        check("renders-once", RememberingSchemaResolverCheck::rendersOnce);
        check("by-identity", RememberingSchemaResolverCheck::byIdentity);
        check("by-topic", RememberingSchemaResolverCheck::byTopic);
        check("asks-again", RememberingSchemaResolverCheck::asksAgain);
        check("bounded", RememberingSchemaResolverCheck::bounded);
        check("threads", RememberingSchemaResolverCheck::threads);
        check("failures", RememberingSchemaResolverCheck::failures);
        check("reset", RememberingSchemaResolverCheck::reset);
        check("not-avro", RememberingSchemaResolverCheck::notAvro);
    }

    private static void rendersOnce() {
        World world = new World(30_000);
        Schema schema = schema("person", 1);
        long first = world.idOf("t", schema);
        for (int count = 0; count < 1_000; count++) {
            same(first, world.idOf("t", schema));
        }
        same(1, world.rendered.get());
        same(1, world.asked.get());
    }

    private static void byIdentity() {
        World world = new World(30_000);
        same(world.idOf("t", schema("person", 1)), world.idOf("t", schema("person", 1)));
        same(2, world.rendered.get());
        if (world.idOf("t", schema("person", 2)) == world.idOf("t", schema("person", 1))) {
            throw new IllegalStateException("a changed table has the old schema's id");
        }
    }

    private static void byTopic() {
        World world = new World(30_000);
        Schema schema = schema("person", 1);
        world.idOf("one", schema);
        world.idOf("other", schema);
        same(2, world.rendered.get());
    }

    private static void asksAgain() throws InterruptedException {
        World world = new World(20);
        Schema schema = schema("person", 1);
        long first = world.idOf("t", schema);
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (world.asked.get() < 2 && System.nanoTime() < deadline) {
            same(first, world.idOf("t", schema));
            Thread.sleep(1);
        }
        if (world.asked.get() < 2) {
            throw new IllegalStateException("the registry was never asked again");
        }
    }

    private static void bounded() throws ReflectiveOperationException {
        World world = new World(30_000);
        List<Schema> held = new ArrayList<>();
        int most = 0;
        for (int count = 0; count < 2_500; count++) {
            held.add(schema("person", 1));
            world.idOf("t", held.get(count));
            most = Math.max(most, world.remembered());
        }
        same(1_000, most);
        same(2_500, world.rendered.get());
    }

    private static void threads() throws Exception {
        World world = new World(1);
        List<Schema> schemas = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (int fields = 1; fields <= 40; fields++) {
            schemas.add(schema("table", fields));
            ids.add(world.idOf("t", schemas.get(fields - 1)));
        }
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int task = 0; task < 8; task++) {
            int start = task;
            tasks.add(() -> {
                for (int count = start; count < 4_000; count++) {
                    int which = count % schemas.size();
                    same(ids.get(which), world.idOf("t", schemas.get(which)));
                }
                return null;
            });
        }
        try {
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static void failures() {
        World world = new World(30_000);
        Schema schema = schema("person", 1);
        world.isDown = true;
        boolean failed = false;
        try {
            world.idOf("t", schema);
        } catch (RuntimeException expected) {
            failed = true;
        }
        same(1, failed ? 1 : 0);
        world.isDown = false;
        same(1, world.idOf("t", schema));
    }

    private static void reset() {
        World world = new World(30_000);
        Schema schema = schema("person", 1);
        world.idOf("t", schema);
        world.resolver.reset();
        world.idOf("t", schema);
        same(2, world.asked.get());
    }

    private static void notAvro() {
        World world = new World(30_000);
        KafkaSerdeMetadata metadata = new KafkaSerdeMetadata("t", false, new RecordHeaders());
        for (int count = 0; count < 3; count++) {
            world.resolver.resolveSchema(new KafkaSerdeRecord<>(metadata, "text"));
        }
        same(3, world.rendered.get());
    }

    private static void check(String name, Case run) {
        try {
            run.run();
            System.out.println("ok " + name);
        } catch (Exception | LinkageError error) {
            System.out.println("not ok " + name + ": " + error);
        }
    }

    private static void same(long expected, long found) {
        if (expected != found) {
            throw new IllegalStateException("expected " + expected + ", found " + found);
        }
    }

    private static Schema schema(String name, int fields) {
        SchemaBuilder.FieldAssembler<Schema> built = SchemaBuilder.record(name).fields();
        for (int field = 0; field < fields; field++) {
            built = built.requiredString("f" + field);
        }
        return built.endRecord();
    }

    /** A resolver under test with its registry. */
    private static final class World {
        final AtomicInteger rendered = new AtomicInteger();
        final AtomicInteger asked = new AtomicInteger();
        final AtomicLong lastId = new AtomicLong();
        final Map<String, Long> ids = new ConcurrentHashMap<>();
        final RememberingSchemaResolver<Schema, Object> resolver = new RememberingSchemaResolver<>();
        volatile boolean isDown;

        World(long checkPeriodMs) {
            resolver.setClient(client());
            resolver.configure(
                    Map.of(
                            "apicurio.registry.url", "http://127.0.0.1:1",
                            "apicurio.registry.auto-register", "true",
                            CHECK_PERIOD, String.valueOf(checkPeriodMs)),
                    parser());
            resolver.setClient(client());
            resolver.setArtifactResolverStrategy((record, schema) -> ArtifactReference.builder()
                    .groupId("g")
                    .artifactId(((KafkaSerdeMetadata) record.metadata()).getTopic())
                    .build());
        }

        long idOf(String topic, Schema schema) {
            KafkaSerdeMetadata metadata = new KafkaSerdeMetadata(topic, false, new RecordHeaders());
            Object payload = new GenericData.Record(schema);
            return resolver.resolveSchema(new KafkaSerdeRecord<>(metadata, payload)).getContentId();
        }

        int remembered() throws ReflectiveOperationException {
            Field field = RememberingSchemaResolver.class.getDeclaredField("remembered");
            field.setAccessible(true);
            return ((Map<?, ?>) field.get(resolver)).size();
        }

        private RegistryClient client() {
            return (RegistryClient) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {RegistryClient.class},
                    (proxy, method, arguments) -> {
                        if (method.getReturnType() != ArtifactMetaData.class) {
                            throw new UnsupportedOperationException(method.getName());
                        }
                        return answer(Arrays.asList(arguments));
                    });
        }

        private ArtifactMetaData answer(List<Object> arguments) throws Exception {
            if (isDown) {
                throw new IllegalStateException("the registry is down");
            }
            asked.incrementAndGet();
            InputStream content = (InputStream) arguments.stream()
                    .filter(InputStream.class::isInstance)
                    .findFirst()
                    .orElseThrow();
            String text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
            long id = ids.computeIfAbsent(text, unknown -> lastId.incrementAndGet());
            ArtifactMetaData metadata = new ArtifactMetaData();
            metadata.setGlobalId(id);
            metadata.setContentId(id);
            metadata.setGroupId("g");
            metadata.setId("a" + id);
            metadata.setVersion("1");
            return metadata;
        }

        private SchemaParser<Schema, Object> parser() {
            return new SchemaParser<>() {
                @Override
                public String artifactType() {
                    return "AVRO";
                }

                @Override
                public Schema parseSchema(byte[] raw, Map<String, ParsedSchema<Schema>> references) {
                    return new Schema.Parser().parse(new String(raw, StandardCharsets.UTF_8));
                }

                @Override
                public ParsedSchema<Schema> getSchemaFromData(Record<Object> data) {
                    rendered.incrementAndGet();
                    Schema schema = data.payload() instanceof GenericData.Record
                            ? ((GenericData.Record) data.payload()).getSchema()
                            : Schema.create(Schema.Type.STRING);
                    ParsedSchemaImpl<Schema> parsed = new ParsedSchemaImpl<>();
                    parsed.setParsedSchema(schema);
                    parsed.setRawSchema(schema.toString().getBytes(StandardCharsets.UTF_8));
                    return parsed;
                }

                @Override
                public ParsedSchema<Schema> getSchemaFromData(Record<Object> data, boolean dereference) {
                    return getSchemaFromData(data);
                }
            };
        }
    }
}
