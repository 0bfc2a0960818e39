# cupaas as a container image: `docker run --rm -v "$PWD:/work" ghcr.io/cupaas/cupaas diff`.
# Not FROM scratch: cupaas leaves fetching and pushing to git, and git leaves addresses to curl and ssh.
# The build context is a folder with the static program of the image's machine.
FROM docker.io/library/alpine:3.22
RUN apk add --no-cache ca-certificates git openssh-client && \
    # The folder that is given to a container belongs to somebody outside of it.
    git config --system --add safe.directory '*'
COPY cupaas /usr/local/bin/cupaas
WORKDIR /work
ENTRYPOINT ["cupaas"]
