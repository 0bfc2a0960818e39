from fastapi import FastAPI


def create_application():
    return FastAPI()
