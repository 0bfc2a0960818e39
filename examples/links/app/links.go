package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/go-chi/chi/v5"
)

// links are addresses by their short names, as long as the process lives.
type links struct {
	mutex     sync.RWMutex
	addresses map[string]string
}

func (l *links) add(address string) string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	name := strconv.FormatInt(int64(len(l.addresses)+1), 36)
	l.addresses[name] = address
	return name
}

func (l *links) find(name string) (string, bool) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	address, found := l.addresses[name]
	return address, found
}

func newApp() http.Handler {
	kept := &links{addresses: map[string]string{}}
	router := chi.NewRouter()
	router.Get("/health", func(answer http.ResponseWriter, _ *http.Request) {
		answer.Write([]byte("ok"))
	})
	router.Post("/links", func(answer http.ResponseWriter, request *http.Request) {
		var asked struct{ Address string }
		body := http.MaxBytesReader(answer, request.Body, 1<<16)
		if err := json.NewDecoder(body).Decode(&asked); err != nil {
			http.Error(answer, "no JSON", http.StatusBadRequest)
			return
		}
		address, err := url.Parse(asked.Address)
		if err != nil || address.Host == "" || (address.Scheme != "https" && address.Scheme != "http") {
			http.Error(answer, "a link needs an address", http.StatusBadRequest)
			return
		}
		answer.Header().Set("Content-Type", "application/json")
		answer.WriteHeader(http.StatusCreated)
		json.NewEncoder(answer).Encode(map[string]string{"path": "/" + kept.add(address.String())})
	})
	router.Get("/{name}", func(answer http.ResponseWriter, request *http.Request) {
		if address, found := kept.find(chi.URLParam(request, "name")); found {
			http.Redirect(answer, request, address, http.StatusFound)
			return
		}
		http.NotFound(answer, request)
	})
	return router
}
