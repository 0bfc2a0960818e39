// A second language for what the app does: puts and gets a value in the service that the variable names which VARIABLE
// names.
//
//	client put KEY VALUE
//	client get KEY
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/bradfitz/gomemcache/memcache"
	_ "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/opensearchapi"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	address := os.Getenv(os.Getenv("VARIABLE"))
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	key, value := words[1], ""
	put := words[0] == "put"
	if put {
		value = words[2]
	}
	var err error
	switch {
	case strings.HasPrefix(address, "postgresql:"):
		value, err = postgresql(ctx, address, put, key, value)
	case strings.HasPrefix(address, "redis:"):
		value, err = redisValue(ctx, address, put, key, value)
	case strings.HasPrefix(address, "mongodb:"):
		value, err = mongodb(ctx, address, put, key, value)
	case strings.HasPrefix(address, "nats:"):
		value, err = natsValue(ctx, address, put, key, value)
	case os.Getenv("VARIABLE") == "S3_ENDPOINT":
		value, err = object(ctx, put, key, value)
	case strings.HasPrefix(address, "http:"):
		value, err = document(ctx, address, put, key, value)
	case strings.HasPrefix(address, "mysql:"):
		value, err = mysql(ctx, put, key, value)
	case strings.HasPrefix(address, "amqp:"):
		value, err = rabbitmq(ctx, address, put, key, value)
	case strings.HasPrefix(address, "memcached:"):
		value, err = memcached(address, put, key, value)
	default:
		value, err = kafka(ctx, address, put, key, value)
	}
	if err == nil && !put {
		fmt.Print(value)
	}
	return err
}

func postgresql(ctx context.Context, address string, put bool, key, value string) (string, error) {
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", err
	}
	defer connection.Close(ctx)
	if put {
		upsert := "INSERT INTO kept VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
		_, err = connection.Exec(ctx, upsert, key, value)
		return "", err
	}
	err = connection.QueryRow(ctx, "SELECT value FROM kept WHERE key = $1", key).Scan(&value)
	if err == pgx.ErrNoRows {
		return "", nil
	}
	return value, err
}

func redisValue(ctx context.Context, address string, put bool, key, value string) (string, error) {
	settings, err := redis.ParseURL(address)
	if err != nil {
		return "", err
	}
	client := redis.NewClient(settings)
	defer client.Close()
	if put {
		return "", client.Set(ctx, key, value, 0).Err()
	}
	value, err = client.Get(ctx, key).Result()
	if err == redis.Nil {
		return "", nil
	}
	return value, err
}

func mongodb(ctx context.Context, address string, put bool, key, value string) (string, error) {
	parts, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	client, err := mongo.Connect(options.Client().ApplyURI(address))
	if err != nil {
		return "", err
	}
	defer client.Disconnect(ctx)
	kept := client.Database(strings.TrimPrefix(parts.Path, "/")).Collection("kept")
	one := bson.D{{Key: "_id", Value: key}}
	if put {
		it := bson.D{{Key: "_id", Value: key}, {Key: "value", Value: value}}
		_, err = kept.ReplaceOne(ctx, one, it, options.Replace().SetUpsert(true))
		return "", err
	}
	var found struct{ Value string }
	err = kept.FindOne(ctx, one).Decode(&found)
	if err == mongo.ErrNoDocuments {
		return "", nil
	}
	return found.Value, err
}

// The driver reads no address, but a form of its own.
func mysql(ctx context.Context, put bool, key, value string) (string, error) {
	database, err := sql.Open("mysql", os.Getenv("MYSQL_DSN")+os.Getenv("MARIADB_DSN"))
	if err != nil {
		return "", err
	}
	defer database.Close()
	if put {
		_, err = database.ExecContext(ctx, "REPLACE INTO kept VALUES (?, ?)", key, value)
		return "", err
	}
	err = database.QueryRowContext(ctx, "SELECT value FROM kept WHERE name = ?", key).Scan(&value)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return value, err
}

// A queue for each key, which holds its value.
func rabbitmq(ctx context.Context, address string, put bool, key, value string) (string, error) {
	connection, err := amqp.DialConfig(address, amqp.Config{Dial: amqp.DefaultDial(8 * time.Second)})
	if err != nil {
		return "", err
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return "", err
	}
	if _, err = channel.QueueDeclare(key, true, false, false, false, nil); err != nil {
		return "", err
	}
	if !put {
		found, there, err := channel.Get(key, false)
		if err != nil || !there {
			return "", err
		}
		return string(found.Body), found.Nack(false, true)
	}
	if err = channel.Confirm(false); err != nil {
		return "", err
	}
	if _, err = channel.QueuePurge(key, false); err != nil {
		return "", err
	}
	message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(value)}
	confirmed, err := channel.PublishWithDeferredConfirmWithContext(ctx, "", key, true, false, message)
	if err != nil {
		return "", err
	}
	if taken, err := confirmed.WaitContext(ctx); err != nil || !taken {
		return "", fmt.Errorf("not taken: %w", err)
	}
	return "", nil
}

func memcached(servers string, put bool, key, value string) (string, error) {
	client := memcache.New(strings.Split(servers, ",")...)
	defer client.Close()
	if put {
		return "", client.Set(&memcache.Item{Key: key, Value: []byte(value)})
	}
	found, err := client.Get(key)
	if err == memcache.ErrCacheMiss {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return string(found.Value), nil
}

func kafka(ctx context.Context, servers string, put bool, key, value string) (string, error) {
	settings := []kgo.Opt{kgo.SeedBrokers(strings.Split(servers, ",")...), kgo.DefaultProduceTopic("kept")}
	if !put {
		settings = append(settings, kgo.ConsumeTopics("kept"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	}
	client, err := kgo.NewClient(settings...)
	if err != nil {
		return "", err
	}
	defer client.Close()
	if put {
		return "", client.ProduceSync(ctx, &kgo.Record{Key: []byte(key), Value: []byte(value)}).FirstErr()
	}
	for {
		fetches := client.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			return "", fmt.Errorf("no such key: %w", err)
		}
		found := ""
		fetches.EachRecord(func(record *kgo.Record) {
			if string(record.Key) == key {
				found = string(record.Value)
			}
		})
		if found != "" {
			return found, nil
		}
	}
}

func natsValue(ctx context.Context, address string, put bool, key, value string) (string, error) {
	connection, err := nats.Connect(address, nats.Timeout(4*time.Second))
	if err != nil {
		return "", err
	}
	defer connection.Close()
	streams, err := jetstream.New(connection)
	if err != nil {
		return "", err
	}
	kept, err := streams.KeyValue(ctx, "kept")
	if err != nil {
		return "", err
	}
	if put {
		_, err = kept.PutString(ctx, key, value)
		return "", err
	}
	found, err := kept.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return string(found.Value()), nil
}

// All that AWS's own library reads by itself is left to it.
func object(ctx context.Context, put bool, key, value string) (string, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", err
	}
	client := s3.NewFromConfig(settings, func(options *s3.Options) {
		options.UsePathStyle = os.Getenv("S3_FORCE_PATH_STYLE") == "true"
	})
	bucket := os.Getenv("S3_BUCKET")
	if put {
		_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(value)})
		return "", err
	}
	found, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer found.Body.Close()
	body, err := io.ReadAll(found.Body)
	return string(body), err
}

func document(ctx context.Context, address string, put bool, key, value string) (string, error) {
	client, err := opensearchapi.NewClient(opensearchapi.Config{Client: opensearch.Config{Addresses: []string{address}}})
	if err != nil {
		return "", err
	}
	if put {
		body, err := json.Marshal(map[string]string{"value": value})
		if err != nil {
			return "", err
		}
		_, err = client.Index(ctx, opensearchapi.IndexReq{Index: "kept", DocumentID: key, Body: strings.NewReader(string(body))})
		return "", err
	}
	found, err := client.Document.Get(ctx, opensearchapi.DocumentGetReq{Index: "kept", DocumentID: key})
	if found != nil && !found.Found && found.ID == key {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var source struct{ Value string }
	err = json.Unmarshal(found.Source, &source)
	return source.Value, err
}
