module example.cu/shop

go 1.27

require (
	github.com/jackc/pgx/v5 v5.7.0
	github.com/redis/go-redis/v9 v9.7.0
	go.mongodb.org/mongo-driver/v2 v2.0.0
	github.com/twmb/franz-go v1.18.0
)
