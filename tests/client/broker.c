/* A Kafka cluster of one broker inside librdkafka's mock, for the examples: prints where it listens and
 * lives until standard input ends. */
#include <stdio.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

int main(void)
{
    char text[256];
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, text, sizeof text);
    rd_kafka_mock_cluster_t *cluster = kafka ? rd_kafka_mock_cluster_new(kafka, 1) : NULL;
    if (!cluster)
        return 1;
    for (int i = 0; i < 8; i++) {
        snprintf(text, sizeof text, "topic%d", i);
        rd_kafka_mock_topic_create(cluster, text, 1, 1);
    }
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    while (getchar() != EOF)
        ;
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(kafka);
    return 0;
}
